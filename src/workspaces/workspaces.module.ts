import { Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ServiceAccountsController } from './service-accounts.controller.js';
import { UsersController } from './users.controller.js';
import { WhoAmIController } from './whoami.controller.js';
import { WorkspacesController } from './workspaces.controller.js';

/** Accounts, workspaces, people and keys, over HTTP. */
@Module({
  controllers: [
    AccountsController,
    WorkspacesController,
    UsersController,
    ServiceAccountsController,
    ApiKeysController,
    WhoAmIController,
  ],
})
export class WorkspacesModule {}
