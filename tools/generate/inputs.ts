import path from "node:path";
import {
  AnyType,
  BaseType,
  ChainNodeParser,
  createFormatter,
  createParser,
  DEFAULT_CONFIG,
  ObjectType,
  SchemaGenerator,
  StringType,
  SubNodeParser,
  UnionType,
} from "ts-json-schema-generator";
import ts from "typescript";
import { Schema } from "../../settings/schema";

const TYPE = "StackInputs";
const CONFIG = {
  ...DEFAULT_CONFIG,
  type: TYPE,
  topRef: false,
  sortProps: false,
  extraTags: ["setting", "input", "unset", "group", "loose"],
};

const anything = (name: string, of: BaseType = new AnyType()) => new ObjectType(name, [], [], of);
const options = (name: string) => anything(name, anything(`${name}-options`));

/** Types of others, and those that a judge of its own knows key by key: of these, the form alone. */
const FORMS: Record<string, () => BaseType> = {
  PodSpec: () => anything("PodSpec"),
  ChartValues: () => anything("ChartValues"),
  TcpMiddleware: () => options("TcpMiddleware"),
  Middleware: () => new UnionType([new StringType(), options("Middleware")]),
};

/** The JSON Schema of all that a stack's configuration can describe, with the tags of the docstrings. */
export function inputsSchema(root: string): Schema {
  const program = programOf(path.join(root, "settings/inputs.ts"));
  const parser = createParser(program, CONFIG, (chain) => {
    const by = (supports: (type: string) => boolean, createType: SubNodeParser["createType"]) =>
      chain.addNodeParser({
        supportsNode: (node) => ts.isTypeReferenceNode(node) && supports(node.typeName.getText()),
        createType,
      });
    by(
      (type) => type in FORMS,
      (node) => FORMS[(node as ts.TypeReferenceNode).typeName.getText()](),
    );
    // What may be another resource's output is plain in a configuration.
    by(
      (type) => type === "pulumi.Input",
      (node, context) =>
        (chain as ChainNodeParser).createType((node as ts.TypeReferenceNode).typeArguments![0], context),
    );
  });
  return new SchemaGenerator(program, parser, createFormatter(CONFIG), CONFIG).createSchema(TYPE) as Schema;
}

/** The program of a file, without the packages that it imports: the types of Kubernetes take half a minute, and none is needed. */
function programOf(file: string): ts.Program {
  const compilerOptions: ts.CompilerOptions = {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    types: [],
  };
  const host = ts.createCompilerHost(compilerOptions);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => ({
      resolvedModule: text.startsWith(".")
        ? ts.resolveModuleName(text, from, compilerOptions, host).resolvedModule
        : undefined,
    }));
  return ts.createProgram([file], compilerOptions, host);
}
