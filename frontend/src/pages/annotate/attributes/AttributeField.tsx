import { NumberInput, Select, TextInput } from "@mantine/core";
import { type KeyboardEvent, useEffect, useState } from "react";
import { type AttributeDefinition, type AttributeValue, faultOfNumber } from "@/editor/attributes";
import classes from "./Attributes.module.css";

const FEW = 6; // choices that lie open; more are a list to search
const LONGEST = 1000; // characters, as the server has it

interface Props {
  definition: AttributeDefinition;
  value: AttributeValue | null;
  disabled: boolean;
  onChange: (value: AttributeValue | null) => void;
  /** Enter: back to the image. */
  onDone: () => void;
}

export function AttributeField(props: Props) {
  switch (props.definition.kind) {
    case "choice":
      return props.definition.choices.length <= FEW ? <Few {...props} /> : <Many {...props} />;
    case "number":
      return <OfNumber {...props} />;
    case "text":
      return <OfText {...props} />;
  }
}

/** A choice that was taken away meanwhile stays where it was made. */
function choicesWith(value: AttributeValue | null, { choices }: AttributeDefinition): string[] {
  const isGone = value !== null && !choices.includes(String(value));
  return isGone ? [...choices, String(value)] : [...choices];
}

function Few({ definition, value, disabled, onChange }: Props) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be laid out
    <div className={classes.choices} role="group" aria-label={definition.name}>
      {choicesWith(value, definition).map((choice) => (
        <button
          key={choice}
          type="button"
          className={classes.choice}
          aria-pressed={choice === value}
          disabled={disabled}
          onClick={() => onChange(choice === value ? null : choice)}
        >
          {choice}
        </button>
      ))}
    </div>
  );
}

function Many({ definition, value, disabled, onChange, onDone }: Props) {
  return (
    <Select
      size="xs"
      aria-label={definition.name}
      data={choicesWith(value, definition)}
      value={value === null ? null : String(value)}
      disabled={disabled}
      placeholder="–"
      searchable
      clearable
      onChange={onChange}
      onOptionSubmit={onDone}
    />
  );
}

function OfNumber({ definition, value, disabled, onChange, onDone }: Props) {
  const [typed, setTyped] = useState<string | number>(value ?? "");
  useEffect(() => setTyped(value ?? ""), [value]);
  const { min, max } = definition;
  const fault = typed === "" ? null : faultOfNumber(Number(typed), definition);
  const keep = (): void => {
    if (typed === "") onChange(null);
    else if (fault === null) onChange(Number(typed));
  };
  return (
    <NumberInput
      size="xs"
      aria-label={definition.name}
      min={min ?? undefined}
      max={max ?? undefined}
      clampBehavior="none"
      placeholder={min !== null && max !== null ? `${min} – ${max}` : "–"}
      value={typed}
      error={fault}
      disabled={disabled}
      onChange={setTyped}
      onBlur={keep}
      onKeyDown={(event) => fault === null && onEnter(event, onDone)}
    />
  );
}

function OfText({ definition, value, disabled, onChange, onDone }: Props) {
  const [typed, setTyped] = useState(String(value ?? ""));
  useEffect(() => setTyped(String(value ?? "")), [value]);
  const keep = (): void => onChange(typed.trim() === "" ? null : typed.trim());
  return (
    <TextInput
      size="xs"
      aria-label={definition.name}
      maxLength={LONGEST}
      placeholder="–"
      value={typed}
      disabled={disabled}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => onEnter(event, onDone)}
    />
  );
}

/** Leaving the field keeps what was typed. */
function onEnter(event: KeyboardEvent, onDone: () => void): void {
  if (event.key !== "Enter") return;
  event.preventDefault();
  onDone();
}
