/**
 * What a long computation gets from whoever started it. The worker's calls, the command line and tests implement it;
 * the core only reports and asks.
 */
export interface Call {
  /** How far the work is, 0 to 1, with a note in words ("Picture 12 of 64"). */
  progress(fraction: number, note: string): void;
  /** Lets waiting messages in and throws `compute/cancelled` once the work is no longer wanted. Called once a picture. */
  checkpoint(): Promise<void>;
}

/** Reports nothing and is never cancelled. */
export const quietCall: Call = { progress: () => {}, checkpoint: async () => {} };

/** The same call for a part of the work, whose 0 to 1 is `from` to `to` of the whole. */
export function partOf(call: Call, from: number, to: number): Call {
  return {
    progress: (fraction, note) => call.progress(from + (to - from) * fraction, note),
    checkpoint: () => call.checkpoint(),
  };
}
