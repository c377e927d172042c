import type { EngineApi } from './api.ts';
import { browserPlatform } from './platform.ts';
import { serve } from './rpc.ts';
import { Session } from './session.ts';

serve<EngineApi>(self, new Session(browserPlatform()));
