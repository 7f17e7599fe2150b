import * as pulumi from "@pulumi/pulumi";
import { describeProblems, Problem } from "./problems";

/** What a model knows of one subject: members join it, and are told what is wrong with them beside those that are there. */
export abstract class ModelPart {
  /** Problems of what members name and nobody has: when all have joined. */
  public unresolved(): Problem[] {
    return [];
  }
}

/**
 * A mesh as it is known so far: names, routes, traffic, intentions. Each is a part of its own room, which is known here by its
 * class alone. What judges settings fills a model at once; the components of a program fill that of their mesh one by one.
 */
export class MeshModel {
  private readonly parts = new Map<new () => ModelPart, ModelPart>();

  /** The part of that class, empty at first. */
  public part<P extends ModelPart>(Part: new () => P): P {
    const part = this.parts.get(Part) ?? new Part();
    this.parts.set(Part, part);
    return part as P;
  }

  /** Problems of what any part's members name and nobody has: when all have joined. */
  public unresolved(): Problem[] {
    return [...this.parts.values()].flatMap((part) => part.unresolved());
  }
}

/**
 * The model of a program's mesh. What a program declares is in no one place: it is all there when the program has declared all that
 * it declares without waiting, and what is unresolved then fails it.
 */
export class DeclaredModel extends MeshModel {
  private declaring: Promise<void> | undefined;

  public override part<P extends ModelPart>(Part: new () => P): P {
    void this.declared();
    return super.part(Part);
  }

  /** Resolves when the program has declared all that it declares without waiting. */
  public declared(): Promise<void> {
    return (this.declaring ??= new Promise((resolve) =>
      setImmediate(() => {
        this.declaring = undefined;
        resolve();
        const problems = this.unresolved();
        if (problems.length > 0) {
          throw new pulumi.RunError(
            describeProblems("services of the mesh that are declared before the program first awaits", problems),
          );
        }
      }),
    ));
  }
}
