import { setRecipe } from '../../app/actions.ts';
import { linkTo } from '../../app/routes.ts';
import type { Result } from '../../app/state.ts';
import { useStudio } from '../../app/store.ts';
import { OverviewView } from './OverviewView.tsx';
import { RecipePanel } from './RecipePanel.tsx';

export function OverviewScreen({ result }: { readonly result: Result }) {
  const pictures = useStudio((state) => state.samples?.kind === 'pictures');
  const recipe = useStudio((state) => state.recipe);
  return (
    <OverviewView
      report={result.report}
      pictures={pictures}
      linkTo={(op) => linkTo({ screen: 'layer', op })}
      recipe={<RecipePanel value={recipe} onChange={setRecipe} />}
    />
  );
}
