import { Button, Group, PasswordInput, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { formErrorsOf } from "@/api/problem";
import { changePassword } from "@/api/session";
import { Section } from "@/components/Section";

export function Password() {
  const form = useForm({
    initialValues: { current: "", new: "" },
    validate: {
      current: (value) => (value ? null : "Enter the password that you have now"),
      new: (value) => (value ? null : "Enter a new password"),
    },
  });
  const change = useMutation({
    mutationFn: changePassword,
    onSuccess: () => {
      form.reset();
      notifications.show({
        color: "teal",
        message: "The password is changed. Other browsers have to log in again.",
      });
    },
    onError: (error) => form.setErrors(formErrorsOf(error)),
  });

  return (
    <Section title="Password">
      <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
        <Group gap="xs" align="flex-start" wrap="nowrap">
          <PasswordInput
            flex={1}
            size="xs"
            label="Current password"
            autoComplete="current-password"
            {...form.getInputProps("current")}
          />
          <PasswordInput
            flex={1}
            size="xs"
            label="New password"
            autoComplete="new-password"
            {...form.getInputProps("new")}
          />
          <Button type="submit" size="xs" variant="default" mt={19} loading={change.isPending}>
            Change
          </Button>
        </Group>
        <Text size="xs" c="dimmed" mt="xs">
          At least eight characters. Tokens stay as they are.
        </Text>
      </form>
    </Section>
  );
}
