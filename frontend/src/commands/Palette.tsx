import {
  Combobox,
  getDefaultZIndex,
  Modal,
  TextInput,
  useCombobox,
  VisuallyHidden,
} from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type FocusEvent, useEffect, useMemo, useState } from "react";
import { plural } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import { changedKeys } from "./changed-keys";
import { assignKeys, byGroup, type KeysOfCommand } from "./command";
import classes from "./commands.module.css";
import { Keys } from "./Keys";
import { type Found, find } from "./match";
import { commandsOf, offers, use } from "./on-offer";
import { closePalette, openWindow } from "./windows";

const OVER_TOASTS = getDefaultZIndex("overlay") + 1;

// Until a dialog has faded in far enough to be there, what is typed goes to the page behind it.
const AT_ONCE = { duration: 0 };

/** Every command there is, found by typing. */
export function Palette() {
  const isOpen = useSignal(openWindow) === "palette";
  return (
    <Modal.Root
      opened={isOpen}
      onClose={closePalette}
      returnFocus={false}
      size={600}
      yOffset="12vh"
      zIndex={OVER_TOASTS}
      transitionProps={AT_ONCE}
    >
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content aria-label="Commands" radius="lg">
        <Search />
      </Modal.Content>
    </Modal.Root>
  );
}

/** Only there while the palette is open: what can be done is worked out then. */
function Search() {
  const [query, setQuery] = useState("");
  const [active, setActive] = useState<string | null>(null); // the id of the option's element
  const made = useSignal(offers);
  const changed = useSignal(changedKeys);
  const commands = useMemo(() => commandsOf(made), [made]);
  const keys = useMemo(() => assignKeys(commands, changed), [commands, changed]);
  const found = useMemo(() => find(commands, query), [commands, query]);
  const isSearching = query.trim() !== "";
  const groups = isSearching
    ? [["", found] as const]
    : byGroup(found, ({ command }) => command.group);
  const rows = groups.flatMap(([, its]) => its);

  const combobox = useCombobox({ opened: true, onOpenedChange: closePalette });
  const { selectFirstOption, selectNextOption, selectPreviousOption, selectOption } = combobox;
  const store = {
    ...combobox,
    selectNextOption: () => noted(selectNextOption()),
    selectPreviousOption: () => noted(selectPreviousOption()),
  };
  const noted = (id: string | null): string | null => {
    setActive(id);
    return id;
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: with other rows the first is chosen
  useEffect(() => setActive(selectFirstOption()), [query, found.length, selectFirstOption]);

  const submit = (id: string): void => {
    const command = commands.find((each) => each.id === id);
    closePalette();
    if (command !== undefined) use(command);
  };

  const rowOf = (each: Found) => (
    <Row
      key={each.command.id}
      {...each}
      keys={keys.get(each.command.id)}
      hasGroup={isSearching}
      onPointed={(option) => {
        selectOption(rows.indexOf(each));
        setActive(option);
      }}
    />
  );
  return (
    <Combobox store={store} onOptionSubmit={submit}>
      <Combobox.EventsTarget withExpandedAttribute aria-activedescendant={active ?? undefined}>
        <TextInput
          ref={focusAtOnce}
          onBlur={keepFocus}
          size="md"
          data-autofocus
          aria-label="Search commands"
          placeholder="What would you like to do?"
          leftSection={<IconSearch size={16} aria-hidden />}
          classNames={{ input: classes.search }}
          value={query}
          onChange={({ currentTarget }) => setQuery(currentTarget.value)}
        />
      </Combobox.EventsTarget>
      <Combobox.Options className={classes.options} aria-label="Commands">
        {groups.map(([group, its]) => (
          <Combobox.Group key={group} label={group} classNames={{ groupLabel: classes.group }}>
            {its.map(rowOf)}
          </Combobox.Group>
        ))}
      </Combobox.Options>
      {found.length === 0 && (
        <Combobox.Empty pb="md">No command on this page is called that.</Combobox.Empty>
      )}
      <VisuallyHidden role="status">{plural(found.length, "command")}</VisuallyHidden>
    </Combobox>
  );
}

/** The dialog itself would do so a moment later: what is typed until then would be lost. */
function focusAtOnce(input: HTMLInputElement | null): void {
  input?.focus({ preventScroll: true });
}

/** A dialog that has just been closed gives the focus back, to what is now behind this one. */
function keepFocus({ currentTarget, relatedTarget }: FocusEvent<HTMLInputElement>): void {
  const isOpen = openWindow.get() === "palette"; // and not on its way out
  const isElsewhere = relatedTarget instanceof Element && !relatedTarget.closest("[role=dialog]");
  if (isOpen && isElsewhere) queueMicrotask(() => currentTarget.focus({ preventScroll: true }));
}

interface RowProps extends Found {
  keys: KeysOfCommand | undefined;
  /** Whether the row says which group it is of. */
  hasGroup: boolean;
  onPointed: (option: string) => void;
}

function Row({ command, why, keys, hasGroup, onPointed }: RowProps) {
  const fact = why === null ? command.fact?.() : null;
  return (
    <Combobox.Option
      value={command.id}
      disabled={why !== null}
      className={classes.option}
      onMouseMove={({ currentTarget }) => onPointed(currentTarget.id)}
    >
      <span className={classes.title}>{command.title}</span>
      {fact && <span className={classes.aside}>{fact}</span>}
      <span className={classes.end}>
        {why === null ? hasGroup && command.group : why}
        {why === null && <Keys chord={keys?.own ?? keys?.also[0] ?? null} />}
      </span>
    </Combobox.Option>
  );
}
