/// One component for each type of field. The list is exhaustive: a new type does not compile until it has one.
import type { Component } from "svelte";
import type { FieldType, FieldView } from "../../ipc/client";
import type { Entry } from "../entry.svelte";
import BoolField from "./BoolField.svelte";
import ChoiceField from "./ChoiceField.svelte";
import FileField from "./FileField.svelte";
import IntField from "./IntField.svelte";
import ListField from "./ListField.svelte";
import SuggestField from "./SuggestField.svelte";
import TextField from "./TextField.svelte";

export type FieldProps = {
  field: FieldView;
  entry: Entry;
  /// The control's own id, which the label points at.
  id: string;
  describedBy: string;
  invalid: boolean;
  disabled: boolean;
  /// Says something that only the window knows, as that a file is a folder.
  onsay: (words: string | null) => void;
};

export const controls = {
  text: TextField,
  url: TextField,
  cidr: TextField,
  ip: TextField,
  int: IntField,
  bool: BoolField,
  choice: ChoiceField,
  lookup: SuggestField,
  list: ListField,
  file: FileField,
} satisfies Record<FieldType, Component<FieldProps>>;
