import { newCommand } from '../command.js';
import { print } from '../output.js';

/** `etcdsim schema`: what an editor needs to complete and check scenario files. */
export const schemaCommand = () =>
  newCommand('schema')
    .description('Prints the JSON Schema of scenario files, for editors; it ships as schema/scenario.schema.json.')
    .addHelpText(
      'after',
      '\nExample, as the first line of a scenario, for editors with the YAML language server:\n' +
        '  # yaml-language-server: $schema=scenario.schema.json\n',
    )
    .action(async () => {
      const [{ jsonSchema }, { toJson }] = await Promise.all([
        import('../../scenario/index.js'),
        import('../../report/json.js'),
      ]);
      await print(toJson(jsonSchema()));
    });
