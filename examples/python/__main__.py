"""What the article builds, in Python: Consul, Traefik as a member of the mesh, whoami behind it, deny-all and one allow."""

import pulumi
from pulumi_consul_traefik_mesh import Platform

mesh = Platform(
    "mesh",
    # Traefik is ready when its own entry has arrived in Consul; each interval writes one entry a node, so this is for few.
    consul_catalog_sync_interval="1s",
    services=[
        {
            "name": "whoami",
            "image": "traefik/whoami:v1.10.3",
            "port": 80,
            "health_path": "/health",
            "routes": [{"host": "whoami.localhost"}],
        }
    ],
    # Everything else is refused, unless deny_all is False.
    intentions=[
        {
            "source": "traefik-system-ingress",
            "destination": "whoami",
            "permissions": [{"action": "allow", "http": {"path_prefix": "/"}}],
        }
    ],
)

pulumi.export("urls", mesh.urls)
pulumi.export("edges", mesh.edges)
pulumi.export("identities", mesh.identities)
pulumi.export("consulUi", mesh.consul_ui)
pulumi.export("traefikDashboard", mesh.traefik_dashboard)
# What the stacks of `teams` read.
pulumi.export("shared", mesh.shared)
