/** A screen of the studio, as the part of the address after `#` names it. */
export type Route =
  | { readonly screen: 'start' | 'overview' | 'pictures' | 'layers' | 'compare' }
  | { readonly screen: 'layer'; readonly op: number };

const screens = ['overview', 'pictures', 'layers', 'compare'] as const;

/** What an address shows; an unknown one shows the overview. */
export function parseRoute(hash: string): Route {
  const [, first = '', second] = hash.replace(/^#/, '').split('/');
  if (first === '') return { screen: 'start' };
  if (first === 'layers' && second !== undefined && /^\d+$/.test(second))
    return { screen: 'layer', op: Number(second) };
  const screen = screens.find((name) => name === first);
  return { screen: screen ?? 'overview' };
}

export function linkTo(route: Route): string {
  switch (route.screen) {
    case 'start':
      return '#/';
    case 'layer':
      return `#/layers/${route.op}`;
    default:
      return `#/${route.screen}`;
  }
}
