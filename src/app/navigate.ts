import { linkTo, parseRoute, type Route } from './routes.ts';
import { getState, setState } from './store.ts';

/** Takes the screen from the address; called at the start and whenever the address changes. */
export function followAddress(): void {
  show(parseRoute(window.location.hash));
}

/** Goes to a screen; the browser's back button returns from it. */
export function goTo(route: Route): void {
  window.location.hash = linkTo(route);
}

/** Changes what is looked at on the same screen, and the address with it, without a step in the browser's history. */
export function replaceRoute(route: Route): void {
  window.history.replaceState(null, '', linkTo(route));
  show(route);
}

function show(route: Route): void {
  setState({ route, ...(route.screen === 'layers' && { layersRoute: route }) });
}

/** Goes `step` layers on from the one that is shown, in execution order. */
export function goToNeighbour(step: 1 | -1): void {
  const { route, result } = getState();
  if (route.screen !== 'layer' || result === undefined) return;
  const { layers } = result.report;
  const next = layers[layers.findIndex(({ op }) => op === route.op) + step];
  if (next !== undefined) goTo({ screen: 'layer', op: next.op });
}
