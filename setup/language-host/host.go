package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// alreadyReported is the exit code of a program whose error has been shown already.
const alreadyReported = 32

// language is what differs between the languages.
type language interface {
	generator
	// program is the command that runs a Pulumi program.
	program(request *pulumirpc.RunRequest, engineAddress string) (*exec.Cmd, error)
	// plugin is the command that runs a plugin or a policy pack.
	plugin(request *pulumirpc.RunPluginRequest, engineAddress string) (*exec.Cmd, error)
	// install installs what the program depends on.
	install(ctx context.Context, info *pulumirpc.ProgramInfo, output *streamWriter) error
	// link adds the generated SDK of a package, by its path from the program, to what the program depends on. It returns the
	// line that imports it.
	link(ctx context.Context, info *pulumirpc.ProgramInfo, packageName, path string) (string, error)
	// pack makes an archive of an SDK that its package manager can install.
	pack(ctx context.Context, folder, destination string) (string, error)
}

// languageHost answers the CLI. What it does not know it leaves to the embedded type, which says "unimplemented".
type languageHost struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	language      language
	engineAddress string
	children      children
}

func (h *languageHost) Handshake(
	context.Context, *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (h *languageHost) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{}, nil
}

func (h *languageHost) About(context.Context, *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	return &pulumirpc.AboutResponse{}, nil
}

func (h *languageHost) RuntimeOptionsPrompts(
	context.Context, *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	return &pulumirpc.RuntimeOptionsResponse{}, nil
}

func (h *languageHost) GetProgramDependencies(
	context.Context, *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	return &pulumirpc.GetProgramDependenciesResponse{}, nil
}

// GetRequiredPackages names none: the CLI then looks for a plugin when the program's first resource needs it.
func (h *languageHost) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

func (h *languageHost) GetRequiredPlugins(
	context.Context, *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	return &pulumirpc.GetRequiredPluginsResponse{}, nil
}

// Cancel asks the programs to stop in order.
func (h *languageHost) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.children.signal(os.Interrupt)
	return &emptypb.Empty{}, nil
}

// Run runs a program to its end and tells how it ended.
func (h *languageHost) Run(_ context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	command, err := h.language.program(request, h.engineAddress)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	err = h.children.run(command)
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended) && ended.ExitCode() == alreadyReported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case err != nil:
		return &pulumirpc.RunResponse{Error: "the program ended with " + err.Error()}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}

// RunPlugin runs a plugin or a policy pack and streams what it prints.
func (h *languageHost) RunPlugin(
	request *pulumirpc.RunPluginRequest, stream pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	command, err := h.language.plugin(request, h.engineAddress)
	if err != nil {
		return err
	}
	output := &streamWriter{}
	command.Stdout = output.as(func(text []byte) error {
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: text}})
	})
	command.Stderr = output.as(func(text []byte) error {
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: text}})
	})
	stop := context.AfterFunc(stream.Context(), func() { h.children.signal(os.Interrupt) })
	defer stop()
	err = h.children.run(command)
	code := int32(0)
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		code = int32(ended.ExitCode())
	} else if err != nil {
		return err
	}
	return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: code}})
}

// InstallDependencies runs the language's package manager.
func (h *languageHost) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest, stream pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	info := request.Info
	if info == nil {
		info = &pulumirpc.ProgramInfo{RootDirectory: request.Directory, ProgramDirectory: request.Directory}
	}
	output := &streamWriter{send: func(text []byte) error {
		return stream.Send(&pulumirpc.InstallDependenciesResponse{Stdout: text})
	}}
	return h.language.install(stream.Context(), info, output)
}

// Link makes generated SDKs known to a program.
func (h *languageHost) Link(ctx context.Context, request *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	lines := []string{"The SDK is generated and linked. Import it with:", ""}
	for _, linked := range request.Packages {
		line, err := h.language.link(ctx, request.Info, linked.Package.GetName(), linked.Path)
		if err != nil {
			return nil, fmt.Errorf("linking the SDK in %s: %w", linked.Path, err)
		}
		lines = append(lines, "  "+line)
	}
	return &pulumirpc.LinkResponse{ImportInstructions: strings.Join(append(lines, ""), "\n")}, nil
}

// Pack makes an archive of an SDK.
func (h *languageHost) Pack(ctx context.Context, request *pulumirpc.PackRequest) (*pulumirpc.PackResponse, error) {
	archive, err := h.language.pack(ctx, request.PackageDirectory, request.DestinationDirectory)
	if err != nil {
		return nil, fmt.Errorf("packing the SDK in %s: %w", filepath.Clean(request.PackageDirectory), err)
	}
	return &pulumirpc.PackResponse{ArtifactPath: archive}, nil
}
