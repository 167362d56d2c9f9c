package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	generate "github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// nodejs runs programs in JavaScript and TypeScript with the entry scripts of @pulumi/pulumi.
type nodejs struct{}

func (nodejs) program(request *pulumirpc.RunRequest, engineAddress string) (*exec.Cmd, error) {
	info := request.Info
	var parameters []string
	add := func(name, value string) {
		if value != "" {
			parameters = append(parameters, "--"+name, value)
		}
	}
	add("monitor", request.MonitorAddress)
	add("engine", engineAddress)
	add("organization", request.Organization)
	add("project", request.Project)
	add("stack", request.Stack)
	add("pwd", request.Pwd)
	add("root-directory", info.GetRootDirectory())
	add("parallel", strconv.Itoa(int(request.Parallel)))
	add("query-mode", "false")
	if request.DryRun {
		parameters = append(parameters, "--dry-run")
	}
	parameters = append(parameters, firstOf(info.GetEntryPoint(), request.Program, "."))
	command, err := script("run", firstOf(info.GetProgramDirectory(), request.Pwd), info, append(parameters, request.Args...))
	if err != nil {
		return nil, err
	}
	environment, err := programEnvironment(request)
	command.Env = append(environment, command.Env...)
	return command, err
}

func (nodejs) plugin(request *pulumirpc.RunPluginRequest, engineAddress string) (*exec.Cmd, error) {
	folder := firstOf(request.Info.GetProgramDirectory(), request.Program)
	name, parameters, workingFolder := "run-plugin", append([]string{folder}, request.Args...), firstOf(request.Pwd, folder)
	if request.Kind == "analyzer" {
		// @pulumi/policy looks for the pack's package.json in the working folder.
		name, parameters, workingFolder = "run-policy-pack", []string{engineAddress, folder}, folder
	}
	// What a plugin needs is installed for it, and not for whoever runs it.
	command, err := script(name, folder, request.Info, parameters)
	if err != nil {
		return nil, err
	}
	command.Dir = workingFolder
	command.Env = append(append(os.Environ(), command.Env...), request.Env...)
	return command, nil
}

// script is the command that runs an entry script of the @pulumi/pulumi that is installed for a folder, with the Node of the
// PATH. Its environment holds only what the runtime options of Pulumi.yaml add.
func script(name, folder string, info *pulumirpc.ProgramInfo, parameters []string) (*exec.Cmd, error) {
	entry, err := findUpwards(folder, filepath.Join("node_modules", "@pulumi", "pulumi", "cmd", name, "index.js"))
	if err != nil {
		return nil, fmt.Errorf("the package @pulumi/pulumi is not installed for %s: run `npm install` there", folder)
	}
	environment := []string{"PULUMI_NODEJS_TYPESCRIPT=true"}
	if switched, given := info.GetOptions().GetFields()["typescript"]; given && !switched.GetBoolValue() {
		environment = []string{"PULUMI_NODEJS_TYPESCRIPT=false"}
	}
	if file := option(info, "tsconfig"); file != "" {
		environment = append(environment, "PULUMI_NODEJS_TSCONFIG_PATH="+file)
	}
	command := exec.Command("node", append(append(strings.Fields(option(info, "nodeargs")), entry), parameters...)...)
	command.Dir = folder
	command.Env = environment
	return command, nil
}

// findUpwards looks for a path in a folder and in all that hold it.
func findUpwards(folder, path string) (string, error) {
	for {
		file := filepath.Join(folder, path)
		_, err := os.Stat(file)
		if err == nil || filepath.Dir(folder) == folder {
			return file, err
		}
		folder = filepath.Dir(folder)
	}
}

func (nodejs) install(ctx context.Context, info *pulumirpc.ProgramInfo, output *streamWriter) error {
	manager := npm.PackageManagerType(option(info, "packagemanager"))
	_, err := npm.Install(ctx, manager, info.GetProgramDirectory(), false, output, output)
	return err
}

func (nodejs) link(ctx context.Context, info *pulumirpc.ProgramInfo, packageName, path string) (string, error) {
	root := info.GetRootDirectory()
	text, err := os.ReadFile(filepath.Join(root, path, "package.json"))
	if err != nil {
		return "", err
	}
	var manifest struct{ Name string }
	if err := json.Unmarshal(text, &manifest); err != nil {
		return "", err
	}
	manager, err := npm.ResolvePackageManager(npm.PackageManagerType(option(info, "packagemanager")), root)
	if err != nil {
		return "", err
	}
	variable := strings.ReplaceAll(packageName, "-", "_")
	line := fmt.Sprintf("import * as %s from %q;", variable, manifest.Name)
	return line, manager.Link(ctx, root, manifest.Name, filepath.ToSlash(path))
}

func (nodejs) pack(ctx context.Context, folder, destination string) (string, error) {
	var complaints bytes.Buffer
	archive, err := npm.Pack(ctx, npm.AutoPackageManager, folder, &complaints)
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, complaints.String())
	}
	file := filepath.Join(destination, filepath.Base(folder)+".tgz")
	return file, os.WriteFile(file, archive, 0o644)
}

func (nodejs) generatePackage(
	pkg *schema.Package, request *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader,
) (map[string][]byte, error) {
	return generate.GeneratePackage(
		generatorName, pkg, request.ExtraFiles, request.LocalDependencies, request.Local, loader)
}

func (nodejs) generateProgram(program *pcl.Program) (map[string][]byte, hcl.Diagnostics, error) {
	return generate.GenerateProgram(program)
}

func (nodejs) generateProject(
	folder string, project workspace.Project, program *pcl.Program, dependencies map[string]string,
) error {
	return generate.GenerateProject(folder, project, program, dependencies, false, "nodejs")
}
