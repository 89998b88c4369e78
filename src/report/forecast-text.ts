import { colors, renderTable } from './table.js';

/** What is printed of one model's evaluation; see forecast/evaluation.ts. */
export interface ScoredModel {
  readonly name: string;
  readonly scores: {
    readonly windows: number;
    readonly classes: readonly { readonly precision: number; readonly recall: number; readonly f1: number }[];
    readonly confusion: readonly (readonly number[])[];
    readonly macroF1: number;
  };
  readonly f1: readonly { readonly mean: number; readonly deviation: number }[];
  readonly macroF1: { readonly mean: number; readonly deviation: number };
}

/** The states in the thesis's order, and its table 6.2. */
export const STATE_NAMES = ['idle', 'delay', 'overload', 'both'];
const TABLE_62: Readonly<Record<string, readonly number[]>> = {
  xgboost: [0.9363, 0.9735, 0.8589, 0.8987],
  ann: [0.8194, 0.941, 0.8384, 0.8912],
};

export interface ModelCard {
  readonly name: string;
  readonly kind: string;
  readonly data: string;
  /** SHA-256 of the data set: made again, it has the same bytes. */
  readonly dataHash: string;
  readonly seed: string;
  readonly settings: Readonly<Record<string, number>>;
  readonly trainingEpisodes: readonly number[];
  readonly unseenEpisodes: readonly number[];
  readonly trainingWindows: number;
  readonly evaluation: ScoredModel;
  readonly importance: readonly number[] | undefined;
}

/** A row a model and state. F1 is the mean of the repeats with their standard deviation. */
export function scoresText(models: readonly ScoredModel[]): string {
  const rows = models.flatMap((model) => {
    const thesis = tableRow(model.name);
    return [
      ...STATE_NAMES.map((state, i) => {
        const { precision, recall } = model.scores.classes[i]!;
        return [model.name, state, digits(precision), digits(recall), withSpread(model.f1[i]!), digits(thesis?.[i])];
      }),
      [model.name, 'macro', '', '', withSpread(model.macroF1), digits(thesis && mean(thesis))],
    ];
  });
  const head = ['model', 'state', 'precision', 'recall', 'F1', 'table 6.2'];
  return `${renderTable({ head, rows, right: [2, 3, 4, 5] }, colors(false))}\n`;
}

/** A row a true state, a column what was said. */
export function confusionText(model: ScoredModel): string {
  const rows = model.scores.confusion.map((row, i) => [STATE_NAMES[i]!, ...row.map(String)]);
  const table = renderTable({ head: ['truly', ...STATE_NAMES], rows, right: [1, 2, 3, 4] }, colors(false));
  return `${model.name}, windows by what was said:\n${table}\n`;
}

/** A row a model and state, for other programs. */
export function scoresCsv(models: readonly ScoredModel[]): string {
  const lines = ['model,state,precision,recall,f1,f1_repeats_mean,f1_repeats_deviation,table_6_2'];
  for (const { name, scores, f1, macroF1 } of models) {
    const thesis = tableRow(name);
    STATE_NAMES.forEach((state, i) => {
      const { precision, recall, f1: whole } = scores.classes[i]!;
      const cells = [precision, recall, whole, f1[i]!.mean, f1[i]!.deviation].map((value) => value.toFixed(4));
      lines.push([name, state, ...cells, thesis?.[i] ?? ''].join(','));
    });
    lines.push(
      [
        name,
        'macro',
        '',
        '',
        scores.macroF1.toFixed(4),
        macroF1.mean.toFixed(4),
        macroF1.deviation.toFixed(4),
        thesis ? mean(thesis).toFixed(4) : '',
      ].join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** What a model is, what it was made of, and how well it does on what it has not seen. */
export function modelCard(card: ModelCard): string {
  const { evaluation, importance } = card;
  const settings = Object.entries(card.settings).map(([name, value]) => `${name} ${value}`);
  return `# ${card.name}

${card.kind}: says from the rates of five of etcd's counters at the leader whether it is idle (0), delayed (1), overloaded (2) or both (3).

- Data: ${card.data} (sha256 ${card.dataHash}), windows over which the state was in force; split by episode with seed ${card.seed}.
- Trained on ${card.trainingWindows} windows of ${card.trainingEpisodes.length} episodes; unseen: ${evaluation.scores.windows} windows of the episodes ${card.unseenEpisodes.join(', ')}.
${settings.length === 0 ? '' : `- Settings: ${settings.join(', ')}.\n`}${importance === undefined ? '' : `- Importance (total gain: WAL bytes, client bytes, peer bytes, heartbeat failures, slow applies): ${importance.map((value) => value.toFixed(3)).join(', ')}.\n`}
On the unseen episodes, spread over 10 draws of episodes, beside the thesis's table 6.2:

\`\`\`
${scoresText([evaluation])}
${confusionText(evaluation)}\`\`\`
`;
}

function tableRow(model: string): readonly number[] | undefined {
  const kind = Object.keys(TABLE_62).find((each) => model === each || model.endsWith(`-${each}`));
  return kind === undefined ? undefined : TABLE_62[kind];
}

function withSpread({ mean: value, deviation }: { readonly mean: number; readonly deviation: number }): string {
  return `${value.toFixed(3)} ± ${deviation.toFixed(3)}`;
}

function digits(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(3);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
