import { createClient } from 'tagalong/client';
import { announceBuild, untilArrived } from './build-pipeline.js';

const { TAGALONG_URL: httpUrl = 'http://127.0.0.1:8080', COMMAND_BUS_URL: url = httpUrl } = process.env;
const { TAGALONG_API_KEY: credential = '', TAGALONG_COMMAND_BUS_PREFIX: prefix = 'tagalong' } = process.env;
const [workspace = '', image = '', tag = '', digest = '', size = '', target = ''] = process.argv.slice(2);

const client = createClient({ url, httpUrl, credential, prefix });
try {
  const id = process.env['BUILD_ID'] ?? `${image}-${tag}`;
  await announceBuild(client, { workspace, image, tag, digest, size: Number(size), id }, target);
  await untilArrived(client, workspace, tag);
  console.log(`${workspace}/${image}:${tag} is out, and shared with ${target}`);
} finally {
  await client.close();
}
