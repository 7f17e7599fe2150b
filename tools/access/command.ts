/** Runs what a command does, and ends with the exit code that it gives: 2 where it fails, with the reason on standard error. */
export function command(main: () => Promise<number>): void {
  // Whoever reads has read enough, as `head` has.
  process.stdout.on("error", () => process.exit());
  main().then(
    (code) => (process.exitCode = code),
    (error) => {
      console.error(`error: ${(error as Error).message}`);
      process.exitCode = 2;
    },
  );
}
