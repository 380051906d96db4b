import type { AttributeDefinition, Attributes, AttributeValue } from "@/editor/attributes";
import { AttributeField } from "./AttributeField";
import classes from "./Attributes.module.css";

interface Props {
  definitions: readonly AttributeDefinition[];
  values: Attributes;
  /** Whose values they are: another one's fields are made anew. */
  of: string;
  /** Names above each other, or each before its field in one row. */
  layout: "column" | "row";
  disabled?: boolean;
  onChange: (attribute: string, value: AttributeValue | null) => void;
  /** Enter in a field: the keys are commands again. */
  onDone: () => void;
}

/** A label's attributes with the values of one mask, or of what may become one. */
export function AttributeFields({ definitions, values, of, layout, ...props }: Props) {
  const { disabled = false, onChange, onDone } = props;
  return (
    <div className={classes.fields} data-layout={layout}>
      {definitions.map((definition) => {
        const { id, name, kind, required } = definition;
        return (
          <div key={`${of} ${id}`} className={classes.field} data-kind={kind}>
            <span
              className={classes.name}
              title={required ? `${name} (required)` : name}
              data-missing={(required && !(id in values)) || undefined}
            >
              {name}
              {required && " *"}
            </span>
            <AttributeField
              definition={definition}
              value={values[id] ?? null}
              disabled={disabled}
              onChange={(value) => onChange(id, value)}
              onDone={onDone}
            />
          </div>
        );
      })}
    </div>
  );
}
