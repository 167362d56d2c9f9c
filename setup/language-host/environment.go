package main

import (
	"encoding/json"
	"os"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// programEnvironment is the environment of a program: the host's own, and the stack's settings.
func programEnvironment(request *pulumirpc.RunRequest) ([]string, error) {
	settings := request.Config
	if settings == nil {
		settings = map[string]string{}
	}
	values, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	secrets := request.ConfigSecretKeys
	if secrets == nil {
		secrets = []string{}
	}
	secretKeys, err := json.Marshal(secrets)
	if err != nil {
		return nil, err
	}
	own := append([]string(nil), os.Environ()...)
	return append(own, "PULUMI_CONFIG="+string(values), "PULUMI_CONFIG_SECRET_KEYS="+string(secretKeys)), nil
}

// option is a runtime option of Pulumi.yaml that holds a text.
func option(info *pulumirpc.ProgramInfo, name string) string {
	if info.GetOptions() == nil {
		return ""
	}
	return info.Options.Fields[name].GetStringValue()
}

// firstOf is the first text that is not empty.
func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
