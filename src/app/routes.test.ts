import { expect, test } from 'vitest';
import { linkTo, parseRoute, type Route } from './routes.ts';

const routes: readonly Route[] = [
  { screen: 'start' },
  { screen: 'overview' },
  { screen: 'pictures' },
  { screen: 'layers' },
  { screen: 'compare' },
  { screen: 'layer', op: 0 },
  { screen: 'layer', op: 17 },
];

test.each(routes)('a link to %o leads there', (route) => {
  expect(parseRoute(linkTo(route))).toEqual(route);
});

test.each([
  ['', 'start'],
  ['#', 'start'],
  ['#/', 'start'],
  ['#/unknown', 'overview'],
  ['#/layers/conv', 'layers'],
  ['#/layers/-1', 'layers'],
])('the address %j shows the screen %s', (hash, screen) => {
  expect(parseRoute(hash)).toEqual({ screen });
});
