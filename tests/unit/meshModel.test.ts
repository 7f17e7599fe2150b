import * as pulumi from "@pulumi/pulumi";
import { DeclaredModel, ModelPart } from "../../components/shared/meshModel";

class Names extends ModelPart {
  public problems = [{ propertyPath: "shop.calls[0]", reason: "names nobody" }];
  public override unresolved() {
    return this.problems;
  }
}

/** What the end of a turn does, which ends the program where it throws. */
function turn(use: (model: DeclaredModel) => void): () => void {
  const ends: (() => void)[] = [];
  const later = jest.spyOn(global, "setImmediate").mockImplementation(((end: () => void) => ends.push(end)) as never);
  use(new DeclaredModel());
  later.mockRestore();
  expect(ends).toHaveLength(1);
  return ends[0];
}

test("what nobody has when a program has declared all that it declares without waiting fails it, and says until when it could be declared", () => {
  expect(turn((model) => model.part(Names))).toThrow(
    new pulumi.RunError(
      "services of the mesh that are declared before the program first awaits: 1 problem\n  shop.calls[0]: names nobody",
    ),
  );
});

test("what somebody has by then fails nothing", () => {
  expect(turn((model) => (model.part(Names).problems = []))).not.toThrow();
});
