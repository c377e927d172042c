import { help } from '../kernels/help.ts';
import type { HelpTask } from '../kernels/threads.ts';

/** Entry of a thread that helps the session's worker with the int8 kernels. */
self.onmessage = ({ data }: MessageEvent<HelpTask>) => help(data);
