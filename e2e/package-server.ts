/** The package as somebody else's bundler makes it, of several files, on an origin of its own. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

export class PackageServer {
  private constructor(
    readonly url: string,
    readonly server: Server,
    readonly folder: string,
  ) {}

  static async start(): Promise<PackageServer> {
    const outdir = await mkdtemp(join(tmpdir(), 'mpl-package-'));
    await build({
      absWorkingDir: join(import.meta.dirname, '..'),
      entryPoints: {
        'mpl-host': 'components/define/mpl-host.ts',
        'world.worker': 'components/mpl-host/world.worker.ts',
      },
      ...{ bundle: true, splitting: true, format: 'esm', target: 'es2022', outdir, logLevel: 'error' },
    });
    const server = createServer(async (request, response) => {
      const file = await readFile(join(outdir, basename(request.url!))).catch(() => null);
      response.writeHead(file ? 200 : 404, {
        'content-type': 'text/javascript',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      });
      response.end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return new PackageServer(`http://127.0.0.1:${port}`, server, outdir);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await rm(this.folder, { recursive: true });
  }
}
