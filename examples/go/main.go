// What the article builds, in Go: Consul, Traefik as a member of the mesh, whoami behind it, deny-all and one allow.
package main

import (
	mesh "example.com/pulumi-consul-traefik-mesh/sdk/go/consultraefikmesh"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		platform, err := mesh.NewPlatform(ctx, "mesh", &mesh.PlatformArgs{
			// Traefik is ready when its own entry has arrived in Consul; each interval writes one entry a node, so this is for few.
			ConsulCatalogSyncInterval: pulumi.StringRef("1s"),
			Services: []mesh.ServiceSettingsArgs{{
				Name:       "whoami",
				Image:      "traefik/whoami:v1.10.3",
				Port:       80,
				HealthPath: pulumi.StringRef("/health"),
				Routes:     []mesh.RouteArgs{{Host: pulumi.StringRef("whoami.localhost")}},
			}},
			// Everything else is refused, unless DenyAll is false.
			Intentions: []mesh.IntentionSettingsArgs{{
				Source:      "traefik-system-ingress",
				Destination: "whoami",
				Permissions: []mesh.IntentionPermissionArgs{{
					Action: "allow",
					Http:   mesh.HttpMatchArgs{PathPrefix: pulumi.StringRef("/")},
				}},
			}},
		})
		if err != nil {
			return err
		}
		ctx.Export("urls", platform.Urls)
		ctx.Export("edges", platform.Edges)
		ctx.Export("identities", platform.Identities)
		ctx.Export("consulUi", platform.ConsulUi)
		ctx.Export("traefikDashboard", platform.TraefikDashboard)
		// What the stacks of teams read.
		ctx.Export("shared", platform.Shared)
		return nil
	})
}
