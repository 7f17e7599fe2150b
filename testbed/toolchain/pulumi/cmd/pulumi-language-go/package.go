package main

import (
	"context"
	"fmt"
	"path/filepath"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"testbed/pulumi/sdk"
)

// GeneratePackage writes the SDK of a schema.
func (h *host) GeneratePackage(_ context.Context, r *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	return sdk.Write(r, func(pkg *schema.Package, _ schema.ReferenceLoader) (map[string][]byte, error) {
		return gogen.GeneratePackage("pulumi-language-go", pkg, r.GetLocalDependencies())
	})
}

// GetRequiredPackages has a program need the packages whose SDKs Pulumi made in its folder: those that Pulumi.yaml names.
func (h *host) GetRequiredPackages(_ context.Context, r *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	files, err := filepath.Glob(filepath.Join(r.GetInfo().GetProgramDirectory(), "sdks/*/*/pulumi-plugin.json"))
	if err != nil {
		return nil, err
	}
	required := &pulumirpc.GetRequiredPackagesResponse{}
	for _, file := range files {
		its, err := plugin.LoadPulumiPluginJSON(file)
		if err != nil {
			return nil, err
		}
		required.Packages = append(required.Packages,
			&pulumirpc.PackageDependency{Name: its.Name, Version: its.Version, Kind: "resource"})
	}
	return required, nil
}

// Link has the program's go.mod take the SDK from its folder, as Pulumi's own host does.
func (h *host) Link(ctx context.Context, r *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	program := r.GetInfo().GetProgramDirectory()
	for _, linked := range r.GetPackages() {
		module, err := goCommand(ctx, filepath.Join(program, linked.GetPath()), "list", "-m")
		if err != nil {
			return nil, err
		}
		replace := fmt.Sprintf("-replace=%s=./%s", module, filepath.ToSlash(linked.GetPath()))
		if _, err := goCommand(ctx, program, "mod", "edit", replace); err != nil {
			return nil, err
		}
	}
	return &pulumirpc.LinkResponse{}, nil
}
