import {
  ActionIcon,
  Group,
  NumberInput,
  Paper,
  Select,
  Switch,
  TagsInput,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { type AttributeDraft, withChoices } from "./drafts";

const KINDS = [
  { value: "choice", label: "Choice" },
  { value: "number", label: "Number" },
  { value: "text", label: "Text" },
];

interface Props {
  draft: AttributeDraft;
  errors: Readonly<Record<string, string>>;
  onChange: (draft: AttributeDraft) => void;
  onRemove: () => void;
}

/** One attribute: its name and kind, what it may be, what a mask begins with. */
export function AttributeEditor({ draft, errors, onChange, onRemove }: Props) {
  const named = draft.name || "the new attribute";
  return (
    <Paper withBorder p="sm">
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <TextInput
          flex={1}
          size="xs"
          aria-label="Name of the attribute"
          placeholder="Name, such as Occluded"
          maxLength={60}
          data-autofocus={draft.isKnown ? undefined : true}
          value={draft.name}
          error={errors.name}
          onChange={({ currentTarget }) => onChange({ ...draft, name: currentTarget.value })}
        />
        <Select
          w={110}
          size="xs"
          aria-label={`Kind of ${named}`}
          allowDeselect={false}
          disabled={draft.isKnown}
          data={KINDS}
          value={draft.kind}
          error={errors.kind}
          onChange={(kind) =>
            onChange({ ...draft, kind: kind as AttributeDraft["kind"], default: "" })
          }
        />
        <Tooltip label="Remove">
          <ActionIcon aria-label={`Remove ${named}`} onClick={onRemove}>
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
      <Group gap="xs" mt="xs" wrap="nowrap" align="flex-start">
        <Limits {...{ draft, errors, onChange, named }} />
        <Default {...{ draft, errors, onChange, named }} />
        <Switch
          size="xs"
          mt={6}
          label="Required"
          checked={draft.required}
          onChange={({ currentTarget }) => onChange({ ...draft, required: currentTarget.checked })}
        />
      </Group>
    </Paper>
  );
}

type PartProps = Omit<Props, "onRemove"> & { named: string };

function Limits({ draft, errors, onChange, named }: PartProps) {
  if (draft.kind === "text") return null;
  if (draft.kind === "choice") {
    return (
      <TagsInput
        flex={1}
        size="xs"
        aria-label={`Choices of ${named}`}
        placeholder={draft.choices.length === 0 ? "Choices: type one, then Enter" : ""}
        maxLength={100}
        value={[...draft.choices]}
        error={errors.choices}
        acceptValueOnBlur
        onChange={(choices) => onChange(withChoices(draft, choices))}
      />
    );
  }
  return (
    <>
      <NumberInput
        flex={1}
        size="xs"
        aria-label={`Smallest ${named}`}
        placeholder="Smallest"
        value={draft.min}
        error={errors.min}
        onChange={(min) => onChange({ ...draft, min: numberOf(min) })}
      />
      <NumberInput
        flex={1}
        size="xs"
        aria-label={`Largest ${named}`}
        placeholder="Largest"
        value={draft.max}
        error={errors.max}
        onChange={(max) => onChange({ ...draft, max: numberOf(max) })}
      />
    </>
  );
}

function Default({ draft, errors, onChange, named }: PartProps) {
  const common = {
    size: "xs",
    "aria-label": `Default of ${named}`,
    placeholder: "Default: none",
    error: errors.default,
  } as const;
  if (draft.kind === "choice") {
    return (
      <Select
        {...common}
        w={150}
        clearable
        data={[...new Set(draft.choices)]}
        value={draft.default === "" ? null : String(draft.default)}
        onChange={(value) => onChange({ ...draft, default: value ?? "" })}
      />
    );
  }
  if (draft.kind === "number") {
    return (
      <NumberInput
        {...common}
        w={130}
        value={draft.default}
        onChange={(value) => onChange({ ...draft, default: value })}
      />
    );
  }
  return (
    <TextInput
      {...common}
      flex={1}
      maxLength={1000}
      value={String(draft.default)}
      onChange={({ currentTarget }) => onChange({ ...draft, default: currentTarget.value })}
    />
  );
}

const numberOf = (typed: string | number): number | "" => (typed === "" ? "" : Number(typed));
