// Stand-in for pulumi-resource-random in the testbed, behind the real @pulumi/random SDK (4.19 and later).
//
// The real provider's plugin cannot be had from a package registry. This one has the same resources that the
// project may use, with the same inputs, outputs and life cycle: values come from crypto/rand at creation, stay in
// the state from then on, and any changed input (keepers too) replaces the resource. Where it differs from the real one:
//   - no RandomInteger, RandomPet, RandomShuffle, RandomUuid4 and RandomUuid7, no import and no `.get`, no schema;
//   - RandomPassword has no bcryptHash (it is an empty secret);
//   - a state written by one is not meant to be carried on by the other.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/pkg/v3/resource/provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// The engine refuses a plugin older than the SDK that asks for it.
const version = "4.99.0"

// Secrets and unknowns pass through as they came: preview stays honest, and nothing secret loses its mark.
var (
	keep  = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true}
	plain = plugin.MarshalOptions{KeepUnknowns: true}
)

func main() {
	err := provider.Main("random", func(*provider.HostClient) (pulumirpc.ResourceProviderServer, error) {
		return &random{}, nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-random:", err)
		os.Exit(1)
	}
}

type random struct {
	pulumirpc.UnimplementedResourceProviderServer
}

func kindOf(urn string) (kind, error) {
	t := string(resource.URN(urn).Type())
	k, ok := kinds[t]
	if !ok {
		return kind{}, fmt.Errorf("the testbed's stand-in for pulumi-resource-random has no %s", t)
	}
	return k, nil
}

func (*random) Check(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	k, err := kindOf(r.Urn)
	if err != nil {
		return nil, err
	}
	inputs, err := plugin.UnmarshalProperties(r.News, keep)
	if err != nil {
		return nil, fmt.Errorf("%s: inputs: %w", r.Urn, err)
	}
	var failures []*pulumirpc.CheckFailure
	for property, reason := range k.check(inputs) {
		failures = append(failures, &pulumirpc.CheckFailure{Property: property, Reason: reason})
	}
	out, err := plugin.MarshalProperties(inputs, keep)
	return &pulumirpc.CheckResponse{Inputs: out, Failures: failures}, err
}

func (*random) Diff(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := plugin.UnmarshalProperties(r.OldInputs, plain)
	if err != nil {
		return nil, fmt.Errorf("%s: old inputs: %w", r.Urn, err)
	}
	news, err := plugin.UnmarshalProperties(r.News, plain)
	if err != nil {
		return nil, fmt.Errorf("%s: new inputs: %w", r.Urn, err)
	}
	answer := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	diff := olds.Diff(news)
	if diff == nil {
		return answer, nil
	}
	answer.Changes = pulumirpc.DiffResponse_DIFF_SOME
	for _, key := range diff.ChangedKeys() {
		answer.Diffs = append(answer.Diffs, string(key))
		answer.Replaces = append(answer.Replaces, string(key))
	}
	return answer, nil
}

func (*random) Create(_ context.Context, r *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	k, err := kindOf(r.Urn)
	if err != nil {
		return nil, err
	}
	state, err := plugin.UnmarshalProperties(r.Properties, keep)
	if err != nil {
		return nil, fmt.Errorf("%s: inputs: %w", r.Urn, err)
	}
	id := ""
	for property, value := range k.defaults {
		if !state.HasValue(property) {
			state[property] = value
		}
	}
	outputs := resource.PropertyMap{}
	if r.Preview {
		for _, property := range k.outputs {
			outputs[property] = resource.MakeComputed(resource.NewProperty(""))
		}
	} else if id, err = k.create(plainOf(state), outputs); err != nil {
		return nil, fmt.Errorf("%s: %w", r.Urn, err)
	}
	for property, value := range outputs {
		if k.secret && !value.IsComputed() {
			value = resource.MakeSecret(value)
		}
		state[property] = value
	}
	properties, err := plugin.MarshalProperties(state, keep)
	return &pulumirpc.CreateResponse{Id: id, Properties: properties}, err
}

// Read has nothing to ask: the state is all there is.
func (*random) Read(_ context.Context, r *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	if len(r.GetProperties().GetFields()) == 0 {
		return nil, fmt.Errorf("%s: the testbed's stand-in for pulumi-resource-random cannot import", r.Urn)
	}
	return &pulumirpc.ReadResponse{Id: r.Id, Properties: r.Properties, Inputs: r.Inputs}, nil
}

func (*random) Delete(context.Context, *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (*random) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{AcceptSecrets: true, SupportsPreview: true}, nil
}

func (*random) CheckConfig(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: r.News}, nil
}

func (*random) DiffConfig(context.Context, *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
}

func (*random) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

func (*random) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return &pulumirpc.GetSchemaResponse{Schema: `{"name":"random","version":"` + version + `"}`}, nil
}

func (*random) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// plainOf takes the secret marks off the top level, for reading.
func plainOf(m resource.PropertyMap) resource.PropertyMap {
	out := resource.PropertyMap{}
	for key, value := range m {
		if value.IsSecret() {
			value = value.SecretValue().Element
		}
		out[key] = value
	}
	return out
}
