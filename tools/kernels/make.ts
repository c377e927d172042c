import { buildKernels } from './build.ts';

await buildKernels();
