import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideUserToken } from 'usertoken/angular';
import { Shop } from './shop';
import { createUser } from './user';

bootstrapApplication(Shop, { providers: [provideZonelessChangeDetection(), provideUserToken(createUser)] });
