import { Declared, declaredIn } from "../../access/declared";
import { DeclaredFacts, Source } from "../reading";

/** What the state declares; the mesh and the ingress may be another stack's, whose other stacks declare things too. */
export async function readDeclared({ stack }: Source): Promise<DeclaredFacts> {
  const own = declaredIn(await stack.export());
  const stateOf = async (name: string) => declaredIn(await stack.beside(name).export());
  const joins =
    own.mesh === undefined ? (own.joins ?? ((await stack.config()).settings.meshStack || undefined)) : undefined;
  const home = joins === undefined ? own : await stateOf(joins);
  const teams = home.teams.filter((name) => own.stack === "" || !name.endsWith(`/${own.stack}`));
  const read = await Promise.all(
    teams.map((name) =>
      stateOf(name).then(
        (its): [Declared[], string[]] => [[its], []],
        (): [Declared[], string[]] => [[], [name]],
      ),
    ),
  );
  return {
    ...own,
    mesh: home.mesh,
    ingress: home.ingress,
    joins,
    neighbours: [...(joins === undefined ? [] : [home]), ...read.flatMap(([its]) => its)],
    unread: read.flatMap(([, name]) => name),
  };
}
