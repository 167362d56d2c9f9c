// Stand-ins for pulumi-language-nodejs and pulumi-language-python, for closed networks only.
//
// The official language hosts come with the official Pulumi CLI and are always preferred. Where that download is out of reach,
// the CLI is built with Go, but these two hosts are not served as Go modules: this program then takes their place, under both
// names. It serves Pulumi's LanguageRuntime over gRPC with what Pulumi's Go modules offer to everybody: the package managers, and
// the generators of programs and SDKs. What is left, running programs, is in nodejs.go and python.go.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers until the CLI ends this process.
func serve() error {
	language, err := languageOf(os.Args[0])
	if err != nil {
		return err
	}
	host := &languageHost{language: language, engineAddress: engineAddress(os.Args[1:])}
	endWithParent(host)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
	})
	if err != nil {
		return err
	}
	// The CLI reads the port from the first line.
	fmt.Println(handle.Port)
	return <-handle.Done
}

// languageOf tells the language from the name that this program was started by.
func languageOf(executable string) (language, error) {
	name := strings.TrimSuffix(filepath.Base(executable), ".exe")
	switch strings.TrimPrefix(name, "pulumi-language-") {
	case "nodejs":
		return nodejs{}, nil
	case "python":
		return python{}, nil
	}
	return nil, fmt.Errorf("%s is not the name of a language host; use pulumi-language-nodejs or pulumi-language-python", name)
}

// engineAddress is the one parameter that is not a flag.
func engineAddress(parameters []string) string {
	for index := len(parameters) - 1; index >= 0; index-- {
		if !strings.HasPrefix(parameters[index], "-") {
			return parameters[index]
		}
	}
	return ""
}

// endWithParent ends the host with the CLI: one that was killed cannot tell its host to end.
func endWithParent(host *languageHost) {
	parent := os.Getppid()
	go func() {
		for os.Getppid() == parent {
			time.Sleep(time.Second)
		}
		host.children.signal(os.Kill)
		os.Exit(0)
	}()
}
