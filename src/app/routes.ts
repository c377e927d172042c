/** Which column the table of layers is sorted by, the worst first. */
export type LayerSort = 'error' | 'added' | 'clipped' | 'order';
/** Which samples the comparison shows. */
export type CompareFilter = 'all' | 'changed' | 'wrong';

/** The table of layers, searched and sorted. */
export interface LayersRoute {
  readonly screen: 'layers';
  readonly sort: LayerSort;
  readonly find: string;
}

/** A screen of the studio and what is looked at there, as the part of the address after `#` says it. */
export type Route =
  | { readonly screen: 'start' }
  | { readonly screen: 'overview' }
  | { readonly screen: 'pictures' }
  | LayersRoute
  | { readonly screen: 'layer'; readonly op: number }
  | { readonly screen: 'compare'; readonly show: CompareFilter };

export type ScreenName = Exclude<Route['screen'], 'layer'>;

const sorts: readonly string[] = ['error', 'added', 'clipped', 'order'] satisfies LayerSort[];
const filters: readonly string[] = ['all', 'changed', 'wrong'] satisfies CompareFilter[];

export function layersRoute(query = new URLSearchParams()): LayersRoute {
  const sort = query.get('sort') ?? '';
  return {
    screen: 'layers',
    sort: sorts.includes(sort) ? (sort as LayerSort) : 'error',
    find: query.get('find') ?? '',
  };
}

function compareRoute(query: URLSearchParams): Route {
  const show = query.get('show') ?? '';
  return { screen: 'compare', show: filters.includes(show) ? (show as CompareFilter) : 'all' };
}

/** What an address shows; an unknown one shows the overview, an unknown sort or filter the usual one. */
export function parseRoute(hash: string): Route {
  const [path = '', ...rest] = hash.replace(/^#/, '').split('?');
  const [, first = '', second] = path.split('/');
  const query = new URLSearchParams(rest.join('?'));
  switch (first) {
    case '':
      return { screen: 'start' };
    case 'pictures':
      return { screen: 'pictures' };
    case 'layers':
      return second !== undefined && /^\d+$/.test(second)
        ? { screen: 'layer', op: Number(second) }
        : layersRoute(query);
    case 'compare':
      return compareRoute(query);
    default:
      return { screen: 'overview' };
  }
}

/** The screen as it is when nothing was chosen there. */
export function routeOf(screen: ScreenName): Route {
  return parseRoute(`#/${screen === 'start' ? '' : screen}`);
}

/** What differs from the usual choice, so that addresses stay short. */
function queryOf(choices: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(choices).filter(([, value]) => value !== '')).toString();
  return query === '' ? '' : `?${query}`;
}

export function linkTo(route: Route): string {
  switch (route.screen) {
    case 'start':
      return '#/';
    case 'layer':
      return `#/layers/${route.op}`;
    case 'layers':
      return `#/layers${queryOf({ sort: route.sort === 'error' ? '' : route.sort, find: route.find })}`;
    case 'compare':
      return `#/compare${queryOf({ show: route.show === 'all' ? '' : route.show })}`;
    default:
      return `#/${route.screen}`;
  }
}
