import { mountPathProblems } from "./containerProblems";
import { shown } from "../shared/grammars";
import { objectNameProblems } from "../shared/names";
import type { ServiceVolume } from "./podOptions";
import { exactlyOne, Problem } from "../shared/problems";

/** What is wrong with volumes; `writable` are folders that are mounted already. */
export function volumeProblems(
  volumes: readonly ServiceVolume[],
  writable: readonly string[],
  path: string,
): Problem[] {
  return volumes.flatMap((volume, i) => {
    const at = `${path}[${i}]`;
    const { mountPath, subPath } = volume;
    const earlier = [...writable, ...volumes.slice(0, i).map((each) => each.mountPath)];
    return [
      ...exactlyOne(at, volume, ["secret", "configMap", "persistentVolumeClaim", "emptyDir"]),
      ...objectNameProblems(`${at}.secret.secretName`, volume.secret?.secretName),
      ...objectNameProblems(`${at}.configMap.name`, volume.configMap?.name),
      ...objectNameProblems(`${at}.persistentVolumeClaim.claimName`, volume.persistentVolumeClaim?.claimName),
      ...mountProblems(`${at}.mountPath`, mountPath, earlier, volume.emptyDir !== undefined),
      ...(subPath !== undefined && !/^(?!\/)(?!(.*\/)?\.\.(\/|$))[^\p{Cc}]{1,4095}$/u.test(subPath)
        ? [
            {
              propertyPath: `${at}.subPath`,
              reason: `${shown(subPath)} leads out of the volume; use a relative path without ".."`,
            },
          ]
        : []),
    ];
  });
}

/** What is wrong with where a volume is mounted; `earlier` are the paths that are taken. */
export function mountProblems(
  path: string,
  mountPath: string,
  earlier: readonly string[],
  writable: boolean,
): Problem[] {
  return [
    ...mountPathProblems(path, mountPath, writable),
    ...(earlier.includes(mountPath)
      ? [{ propertyPath: path, reason: `"${mountPath}" is mounted already; use another` }]
      : []),
  ];
}
