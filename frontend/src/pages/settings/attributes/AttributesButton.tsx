import { ActionIcon, Indicator, Modal, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconListDetails } from "@tabler/icons-react";
import type { Label } from "@/api/types";
import { AttributesForm } from "./AttributesForm";

/** Opens what the masks of one label are asked for. */
export function AttributesButton({ label, project }: { label: Label; project: number }) {
  const [isOpen, { open, close }] = useDisclosure(false);
  const count = label.attributes.filter(({ deleted }) => !deleted).length;
  return (
    <>
      <Tooltip label={count === 0 ? "Attributes" : `Attributes (${count})`}>
        <Indicator disabled={count === 0} label={count} size={13} offset={5} color="gray">
          <ActionIcon aria-label={`Attributes of ${label.name}`} onClick={open}>
            <IconListDetails size={16} aria-hidden />
          </ActionIcon>
        </Indicator>
      </Tooltip>
      <Modal opened={isOpen} onClose={close} title={`Attributes of ${label.name}`} size={640}>
        <AttributesForm {...{ label, project }} onClose={close} />
      </Modal>
    </>
  );
}
