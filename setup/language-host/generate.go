package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	codegenrpc "github.com/pulumi/pulumi/sdk/v3/proto/go/codegen"
)

// generatorName stands in the head of generated files.
const generatorName = "the Pulumi SDK generator"

// generator turns schemas and programs into code of one language.
type generator interface {
	generatePackage(
		pkg *schema.Package, request *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader,
	) (map[string][]byte, error)
	generateProgram(program *pcl.Program) (map[string][]byte, hcl.Diagnostics, error)
	generateProject(
		folder string, project workspace.Project, program *pcl.Program, dependencies map[string]string,
	) error
}

// GeneratePackage writes an SDK for the package that a schema describes: `pulumi package gen-sdk`, `pulumi package add`.
func (h *languageHost) GeneratePackage(
	_ context.Context, request *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	loader, err := schema.NewLoaderClient(request.LoaderTarget)
	if err != nil {
		return nil, err
	}
	cached := schema.NewCachedLoader(loader)
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(request.Schema), &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, cached, schema.ValidationOptions{AllowDanglingReferences: true})
	if err != nil {
		return nil, err
	}
	told := tell(diagnostics)
	if diagnostics.HasErrors() {
		return &pulumirpc.GeneratePackageResponse{Diagnostics: told}, nil
	}
	files, err := h.language.generatePackage(pkg, request, cached)
	if err != nil {
		return nil, err
	}
	if err := writeFiles(request.Directory, files); err != nil {
		return nil, err
	}
	return &pulumirpc.GeneratePackageResponse{Diagnostics: told}, nil
}

// GenerateProgram turns a program in Pulumi's own language into this one: `pulumi import` shows code in this way.
func (h *languageHost) GenerateProgram(
	_ context.Context, request *pulumirpc.GenerateProgramRequest,
) (*pulumirpc.GenerateProgramResponse, error) {
	loader, err := schema.NewLoaderClient(request.LoaderTarget)
	if err != nil {
		return nil, err
	}
	parser := syntax.NewParser()
	for name, text := range request.Source {
		if err := parser.ParseFile(strings.NewReader(text), name); err != nil {
			return nil, err
		}
	}
	if parser.Diagnostics.HasErrors() {
		return &pulumirpc.GenerateProgramResponse{Diagnostics: tell(parser.Diagnostics)}, nil
	}
	program, diagnostics, err := pcl.BindProgram(parser.Files, schema.NewCachedLoader(loader), strictness(request.Strict)...)
	if err != nil || program == nil {
		return &pulumirpc.GenerateProgramResponse{Diagnostics: tell(diagnostics)}, err
	}
	files, more, err := h.language.generateProgram(program)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.GenerateProgramResponse{Source: files, Diagnostics: tell(append(diagnostics, more...))}, nil
}

// GenerateProject writes a whole project in this language: `pulumi convert`.
func (h *languageHost) GenerateProject(
	_ context.Context, request *pulumirpc.GenerateProjectRequest,
) (*pulumirpc.GenerateProjectResponse, error) {
	loader, err := schema.NewLoaderClient(request.LoaderTarget)
	if err != nil {
		return nil, err
	}
	options := strictness(request.Strict)
	program, diagnostics, err := pcl.BindDirectory(request.SourceDirectory, schema.NewCachedLoader(loader), options...)
	if err != nil || program == nil || diagnostics.HasErrors() {
		return &pulumirpc.GenerateProjectResponse{Diagnostics: tell(diagnostics)}, err
	}
	var project workspace.Project
	if err := json.Unmarshal([]byte(request.Project), &project); err != nil {
		return nil, err
	}
	err = h.language.generateProject(request.TargetDirectory, project, program, request.LocalDependencies)
	return &pulumirpc.GenerateProjectResponse{Diagnostics: tell(diagnostics)}, err
}

func strictness(strict bool) []pcl.BindOption {
	if strict {
		return nil
	}
	return pcl.NonStrictBindOptions()
}

func tell(diagnostics hcl.Diagnostics) []*codegenrpc.Diagnostic {
	return plugin.HclDiagnosticsToRPCDiagnostics(diagnostics)
}

// writeFiles writes files, given by their path below a folder.
func writeFiles(folder string, files map[string][]byte) error {
	for path, content := range files {
		file := filepath.Join(folder, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
