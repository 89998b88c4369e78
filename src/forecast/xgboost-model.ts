import { type Classifier, checkClasses, checkFeatures, featurePlaces } from './classifier.js';
import { COUNTERS, type Features } from './features.js';
import { BadModel, type ModelNode } from './model-error.js';
import { softmax } from './softmax.js';

interface Tree {
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** Feature that a node splits on, in the model's order. */
  readonly feature: readonly number[];
  /** What a feature must lie below to go left; of a leaf, its value. Single precision. */
  readonly condition: readonly number[];
  /** Gain of each split. */
  readonly gain: readonly number[];
  /** The class that the leaves add to. */
  readonly classIndex: number;
}

/**
 * XGBoost's JSON model of a multi:softprob, as its command line writes it, with `feature_names` filled in.
 *
 * Features, leaves and their sums are in single precision, as in the library: a double would take the other branch at a
 * threshold. Source: XGBoost doc/model.schema, src/predictor/cpu_predictor.cc, v1.7.
 */
export function readXgboostModel(root: ModelNode): Classifier {
  const learner = root.field('learner');
  const objective = learner.field('objective').field('name');
  if (objective.text() !== 'multi:softprob') objective.wrong('multi:softprob');
  const params = learner.field('learner_model_param');
  const classes = params.field('num_class');
  checkClasses(classes.number(), classes.path);
  const baseScore = Math.fround(params.field('base_score').number());
  const places = featurePlaces(learner.field('feature_names'));
  const model = learner.field('gradient_booster').field('model');
  const treeInfo = model.field('tree_info').numbers();
  const trees = model.field('trees').items();
  if (trees.length === 0 || trees.length !== treeInfo.length) {
    throw new BadModel(`${model.path}.trees: expected ${treeInfo.length} and at least one, found ${trees.length}`);
  }
  const read = trees.map((tree, i) => readTree(tree, treeInfo[i]!, classes.number(), places.length));
  return {
    name: 'xgboost',
    importance: importanceOf(read, places),
    probabilities(features) {
      checkFeatures(features);
      const inputs = places.map((place) => Math.fround(features[place]!));
      const margins = new Array<number>(classes.number()).fill(baseScore);
      for (const tree of read) {
        margins[tree.classIndex] = Math.fround(margins[tree.classIndex]! + leafOf(tree, inputs));
      }
      return softmax(margins);
    },
  };
}

function readTree(node: ModelNode, classIndex: number, classes: number, features: number): Tree {
  const left = node.field('left_children').numbers();
  const count = left.length;
  const right = node.field('right_children').numbers(count);
  const feature = node.field('split_indices').numbers(count);
  if (!Number.isInteger(classIndex) || classIndex < 0 || classIndex >= classes) {
    throw new BadModel(`${node.path}: its class ${classIndex} is not one of ${classes}`);
  }
  for (let i = 0; i < count; i++) {
    const isLeaf = left[i] === -1;
    // Children come after their parent: so every walk ends.
    const sound = (child: number): boolean =>
      isLeaf ? child === -1 : Number.isInteger(child) && child > i && child < count;
    if (!sound(left[i]!) || !sound(right[i]!)) throw new BadModel(`${node.path}: node ${i} has no proper children`);
    if (!isLeaf && !(Number.isInteger(feature[i]) && feature[i]! >= 0 && feature[i]! < features)) {
      throw new BadModel(`${node.path}.split_indices[${i}]: no feature ${feature[i]}`);
    }
  }
  if (count === 0) throw new BadModel(`${node.path}: has no nodes`);
  return {
    left,
    right,
    feature,
    condition: node.field('split_conditions').numbers(count).map(Math.fround),
    gain: node.field('loss_changes').numbers(count),
    classIndex,
  };
}

function leafOf({ left, right, feature, condition }: Tree, inputs: Features): number {
  let at = 0;
  while (left[at] !== -1) at = inputs[feature[at]!]! < condition[at]! ? left[at]! : right[at]!;
  return condition[at]!;
}

/** Total gain of the splits on each feature, as a share of all. XGBoost: importance_type "total_gain". */
function importanceOf(trees: readonly Tree[], places: readonly number[]): number[] {
  const gains = COUNTERS.map(() => 0);
  for (const { left, feature, gain } of trees) {
    left.forEach((child, i) => {
      if (child !== -1) gains[places[feature[i]!]!]! += gain[i]!;
    });
  }
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return gains.map((gain) => (total > 0 ? gain / total : 0));
}
