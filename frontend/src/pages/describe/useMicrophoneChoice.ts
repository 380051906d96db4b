import { useLocalStorage } from "@mantine/hooks";

/** Which microphone this browser's person chose, wherever they speak; null: the browser's own choice. */
export function useMicrophoneChoice() {
  return useLocalStorage<string | null>({ key: "anneal.microphone", defaultValue: null });
}
