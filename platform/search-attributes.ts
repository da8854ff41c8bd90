import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { SearchAttributeName } from '../domain/search-attributes.ts';

/** A typed key for `typedSearchAttributes` of a start. */
export const searchAttribute = (name: SearchAttributeName) =>
  defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
