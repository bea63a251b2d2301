import { connect } from 'node:net';

/** Where the tests find the brokers of this machine. A suite whose broker is not there is skipped by its name. */
export const natsUrl = process.env['TAGALONG_TEST_NATS'] ?? 'nats://127.0.0.1:4222';
export const rabbitMqUrl = process.env['TAGALONG_TEST_RABBITMQ'] ?? 'amqp://guest:guest@127.0.0.1:5672';

export const natsIsThere = await listens(natsUrl);
export const rabbitMqIsThere = await listens(rabbitMqUrl);

/** Whether something listens where the URL says. */
async function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: 2_000 });
    const settle = (there: boolean): void => {
      socket.destroy();
      resolve(there);
    };
    socket.once('connect', () => {
      settle(true);
    });
    socket.once('timeout', () => {
      settle(false);
    });
    socket.once('error', () => {
      settle(false);
    });
  });
}
