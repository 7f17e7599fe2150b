import * as pulumi from "@pulumi/pulumi";
import { byProviderOfPackage } from "../../components/interrupted/clusterProvider";
import { Platform } from "./platform";
import { MeshProvider } from "./provider";
import { Services } from "./services";

byProviderOfPackage();
void pulumi.provider.main(
  new MeshProvider({ name: "consul-traefik-mesh", dirname: __dirname, components: [Platform, Services] }),
  process.argv.slice(2),
);
