import { expect, test } from 'vitest';
import { linkTo, parseRoute, type Route } from './routes.ts';

const routes: readonly Route[] = [
  { screen: 'start' },
  { screen: 'overview' },
  { screen: 'pictures' },
  { screen: 'layers', sort: 'error', find: '' },
  { screen: 'layers', sort: 'added', find: 'a/b & c? 100 % ü' },
  { screen: 'compare', show: 'all' },
  { screen: 'compare', show: 'changed' },
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
  expect(parseRoute(hash).screen).toBe(screen);
});

test('what is not chosen does not stand in the address', () => {
  expect(linkTo({ screen: 'layers', sort: 'error', find: '' })).toBe('#/layers');
  expect(linkTo({ screen: 'compare', show: 'all' })).toBe('#/compare');
});

test('a bad choice in the address is the usual one', () => {
  expect(parseRoute('#/layers?sort=size')).toMatchObject({ sort: 'error', find: '' });
  expect(parseRoute('#/compare?show=none')).toMatchObject({ show: 'all' });
});
