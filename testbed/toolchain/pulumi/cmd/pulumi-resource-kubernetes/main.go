// The real Kubernetes provider, from its own module. Its released program embeds two files that the module holds but
// does not embed: here they are read from beside the program, where testbed/toolchain/build puts them.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// The commit in go.mod is between the releases 4.24.1 and 4.26.0; what it answers to is set by the build.
var version = "4.25.0"

func main() {
	schema, err := beside("schema.json")
	if err != nil {
		fail(err)
	}
	mapping, err := beside("terraform-mapping.json")
	if err != nil {
		fail(err)
	}
	provider.Serve("kubernetes", version, schema, mapping)
}

func beside(name string) ([]byte, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(filepath.Dir(self), name))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "pulumi-resource-kubernetes:", err)
	os.Exit(1)
}
