import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { meshed, workload } from "./resources";

useAnalyzer();
const injector = (...args: unknown[]) => workload("injector", { container: { args } });
const open = { hostNetwork: true };
const silent = workload("a", { pod: open });
const PAST = "hostNetwork puts it into the node's network";

cases("no-proxy-bypass", [
  ...["-default-inject=true", "-default-inject=T", "--default-inject=1"].map((flag) =>
    blocks(`a pod that is injected by default: ${flag}`, [injector(flag), silent], PAST),
  ),
  ...["-default-inject=false", "-default-inject=tomorrow", "-default-inject"].map((flag) =>
    passes(`a pod that is not: ${flag}`, [injector(flag), silent]),
  ),
  passes("a pod where nobody knows what the injector does", [silent, injector(UNKNOWN)]),
  blocks("a pod that asks for it, said once", [injector("-default-inject=true"), meshed("a", {}, open)], PAST),
  blocks("a pod that asks for it, whoever injects", [meshed("a", {}, open)], PAST),
  passes("a pod that refuses", [
    injector("-default-inject=true"),
    workload("a", { annotations: { "consul.hashicorp.com/connect-inject": "false" }, pod: open }),
  ]),
]);
