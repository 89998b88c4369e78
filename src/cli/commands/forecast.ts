import { newCommand } from '../command.js';
import type { Session } from '../session.js';
import { dataSetCommand } from './forecast-dataset.js';
import { evaluateCommand } from './forecast-evaluate.js';
import { trainCommand } from './forecast-train.js';
import { valueCommand } from './forecast-value.js';

/** `etcdsim forecast ...`: the leader's status, from its counters. */
export const forecastCommand = (session: Session) =>
  newCommand('forecast')
    .description(
      "Classifies the leader's status from its counters: data sets, training, evaluation, and what it is worth.",
    )
    .addCommand(dataSetCommand(session))
    .addCommand(trainCommand())
    .addCommand(evaluateCommand(session))
    .addCommand(valueCommand(session))
    .addHelpText('after', '\nThe loop itself: client.balancer: pick-leader-forecast. More: docs/forecast.md\n');
