import { setRecipe } from '../../app/actions.ts';
import { exportRecipe, importRecipe } from '../../app/recipe-files.ts';
import { useStudio } from '../../app/store.ts';
import { RecipeView } from './RecipeView.tsx';

export function RecipeScreen() {
  const recipe = useStudio((state) => state.recipe);
  const notes = useStudio((state) => state.recipeNotes);
  const operators = useStudio((state) => state.model?.inspection.summary.operators);
  const kinds = [...new Set(operators?.map(({ kind }) => kind))].sort();
  return (
    <RecipeView
      value={recipe}
      kinds={kinds}
      notes={notes}
      onChange={setRecipe}
      onImport={importRecipe}
      onExport={exportRecipe}
    />
  );
}
