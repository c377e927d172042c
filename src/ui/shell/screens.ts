/** The screens of an open model, in the order of work; a digit on the keyboard goes to each. */
export const screens = [
  { screen: 'overview', label: 'Overview' },
  { screen: 'pictures', label: 'Pictures' },
  { screen: 'recipe', label: 'Recipe' },
  { screen: 'layers', label: 'Layers' },
  { screen: 'compare', label: 'Compare' },
  { screen: 'targets', label: 'Targets' },
] as const;
