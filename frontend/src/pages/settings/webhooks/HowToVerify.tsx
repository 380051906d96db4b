import { Button, Code, Collapse, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import snippet from "./is_from_anneal.py?raw";

/** How a program that is told sees who tells it. */
export function HowToVerify() {
  const [isOpen, { toggle }] = useDisclosure(false);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        ml={-8}
        aria-expanded={isOpen}
        leftSection={<Chevron size={15} aria-hidden />}
        onClick={toggle}
      >
        How to verify a message
      </Button>
      <Collapse expanded={isOpen}>
        <Stack gap="xs" mt="xs">
          <Text size="sm">
            Each message is a POST with a JSON body. <Code>Anneal-Event</Code> says what happened,{" "}
            <Code>Anneal-Delivery</Code> is the same each time that it is sent, and{" "}
            <Code>Anneal-Signature</Code> proves the sender: it is made of the time, the body and
            the secret. Answer with any status from 200 to 299 within 15 seconds; else it is sent
            again, for about a day.
          </Text>
          <Text size="sm">
            In the body <Code>job.state</Code> is succeeded, failed (<Code>job.error</Code> says
            why) or cancelled. <Code>version.cut</Code> names the <Code>version</Code>, also where
            the same was there before, or null; a version that a round made comes without{" "}
            <Code>job</Code>. <Code>import.ended</Code> comes once something came in or was refused,
            and with <Code>is_undo</Code> true once it was taken out again.
          </Text>
          <Code block tabIndex={0} aria-label="Verifying in Python">
            {snippet}
          </Code>
        </Stack>
      </Collapse>
    </div>
  );
}
