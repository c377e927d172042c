/** The screens of an open model, in the order of work; a digit on the keyboard goes to each. */
export const screens = [
  { screen: 'overview', label: 'Overview' },
  { screen: 'pictures', label: 'Pictures' },
  { screen: 'layers', label: 'Layers' },
  { screen: 'compare', label: 'Compare' },
] as const;
