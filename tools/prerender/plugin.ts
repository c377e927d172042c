import { createServer, type Plugin } from 'vite';

/** Of `src/ui/start/prerender.tsx`. */
interface Prerender {
  startHtml(): string;
}

/** Renders in a server of its own, because the build's transforms are made for a browser. */
async function renderStart(): Promise<string> {
  const server = await createServer({
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, ws: false, watch: null },
    oxc: { jsx: { runtime: 'automatic' } },
  });
  try {
    const { startHtml } = (await server.ssrLoadModule('/src/ui/start/prerender.tsx')) as Prerender;
    return startHtml();
  } finally {
    await server.close();
  }
}

/**
 * Writes the start screen into the built page, so that it can be read before any script has come. Class names agree
 * with those of the build because they are hashes of a module's path and text.
 */
export function prerenderStart(): Plugin {
  return {
    name: 'prerender-start',
    apply: 'build',
    transformIndexHtml: async (html) => html.replace('<!--start-->', await renderStart()),
  };
}
