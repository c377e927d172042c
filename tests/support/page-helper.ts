import type { StartHelper } from '../../src/kernels/threads.ts';

/**
 * What a helping thread of a page runs, behind src/kernels/help.ts bundled as `Page`. It is ready once its script has been
 * evaluated: until the page has been told so, which takes a turn of its event loop, the page keeps messages back.
 */
export const helperScript =
  'self.onmessage = ({ data }) => Page.help(data); setTimeout(() => self.postMessage("ready"));';

/** Starts a thread that helps, before the page is busy: a page that computes starts none. */
export async function pageHelper(url: string): Promise<StartHelper> {
  const worker = new Worker(url);
  await new Promise((resolve) => {
    worker.onmessage = resolve;
  });
  return (failed) => {
    worker.onerror = failed;
    return { post: (task) => worker.postMessage(task), end: () => worker.terminate() };
  };
}
