package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	generate "github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// runProgram is the Python side of Run.
//
//go:embed run-program.py
var runProgram string

// python runs Python programs with the packages of the virtual environment that Pulumi.yaml names.
type python struct{}

func (python) program(request *pulumirpc.RunRequest, engineAddress string) (*exec.Cmd, error) {
	info := request.Info
	tools, err := tools(info)
	if err != nil {
		return nil, err
	}
	if err := tools.ValidateVenv(context.Background()); err != nil {
		return nil, err
	}
	command, err := tools.Command(context.Background(), "-u", "-c", runProgram,
		request.MonitorAddress, engineAddress, request.Organization, request.Project, request.Stack,
		info.GetRootDirectory(), strconv.Itoa(int(request.Parallel)), strconv.FormatBool(request.DryRun),
		filepath.Join(info.GetProgramDirectory(), firstOf(info.GetEntryPoint(), ".")))
	if err != nil {
		return nil, err
	}
	environment, err := programEnvironment(request)
	if err != nil {
		return nil, err
	}
	if folder, err := tools.VirtualEnvPath(context.Background()); err == nil && folder != "" {
		environment = toolchain.ActivateVirtualEnv(environment, folder)
	}
	command.Dir = firstOf(request.Pwd, info.GetProgramDirectory())
	command.Env = environment
	return command, nil
}

func (python) plugin(request *pulumirpc.RunPluginRequest, _ string) (*exec.Cmd, error) {
	return nil, fmt.Errorf(
		"this stand-in for Pulumi's Python language host runs programs, but no plugins and policy packs, such as %s; "+
			"use the official Pulumi CLI for them", firstOf(request.Name, request.Program))
}

// tools are the ones that the runtime options of Pulumi.yaml choose: pip, poetry or uv, and a virtual environment.
func tools(info *pulumirpc.ProgramInfo) (toolchain.Toolchain, error) {
	options := toolchain.PythonOptions{
		Root:       info.GetRootDirectory(),
		ProgramDir: info.GetProgramDirectory(),
		Virtualenv: option(info, "virtualenv"),
	}
	switch name := option(info, "toolchain"); name {
	case "":
	case "pip":
		options.Toolchain = toolchain.Pip
	case "poetry":
		options.Toolchain = toolchain.Poetry
	case "uv":
		options.Toolchain = toolchain.Uv
	default:
		return nil, fmt.Errorf("Pulumi.yaml: runtime option toolchain: %q is unknown; use pip, poetry or uv", name)
	}
	return toolchain.ResolveToolchain(options)
}

func (python) install(ctx context.Context, info *pulumirpc.ProgramInfo, output *streamWriter) error {
	tools, err := tools(info)
	if err != nil {
		return err
	}
	return tools.InstallDependencies(ctx, info.GetProgramDirectory(), false, true, output, output)
}

func (python) link(ctx context.Context, info *pulumirpc.ProgramInfo, _, path string) (string, error) {
	tools, err := tools(info)
	if err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(info.GetRootDirectory(), path, "*", "pulumi-plugin.json"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("there is no generated Python package")
	}
	name := filepath.Base(filepath.Dir(found[0]))
	return "import " + name, tools.LinkPackages(ctx, map[string]string{name: filepath.ToSlash(path)})
}

func (python) pack(ctx context.Context, folder, destination string) (string, error) {
	before, err := filepath.Glob(filepath.Join(destination, "*.whl"))
	if err != nil {
		return "", err
	}
	known := map[string]bool{}
	for _, file := range before {
		known[file] = true
	}
	command, err := toolchain.Command(ctx, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", destination, folder)
	if err != nil {
		return "", err
	}
	command.Env = os.Environ()
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, output)
	}
	after, err := filepath.Glob(filepath.Join(destination, "*.whl"))
	if err != nil {
		return "", err
	}
	for _, file := range after {
		if !known[file] {
			return file, nil
		}
	}
	return "", fmt.Errorf("pip left no new wheel in %s", destination)
}

func (python) generatePackage(
	pkg *schema.Package, request *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader,
) (map[string][]byte, error) {
	return generate.GeneratePackage(generatorName, pkg, request.ExtraFiles, loader)
}

func (python) generateProgram(program *pcl.Program) (map[string][]byte, hcl.Diagnostics, error) {
	return generate.GenerateProgram(program)
}

func (python) generateProject(
	folder string, project workspace.Project, program *pcl.Program, dependencies map[string]string,
) error {
	return generate.GenerateProject(folder, project, program, dependencies, "", "")
}
